// A ready-made reason stands in the fields as soon as it is chosen, to be changed there. Without script it is put where
// nothing was written when the form is sent.
for (const group of document.querySelectorAll('[data-ready]')) {
  const texts = JSON.parse(group.dataset.ready)
  const select = group.querySelector('select')
  // A text by language, or one for the only field that there is.
  const textFor = (chosen, input) => typeof chosen === 'string' ? chosen : chosen[input.lang] || ''
  let before = ''
  select.addEventListener('change', () => {
    const chosen = texts[select.value] || ''
    for (const input of select.form.querySelectorAll('textarea')) {
      const own = input.value.trim()
      if (own && own !== textFor(before, input).trim()) continue
      input.value = textFor(chosen, input)
      input.dispatchEvent(new Event('input', { bubbles: true }))
    }
    before = chosen
  })
}
