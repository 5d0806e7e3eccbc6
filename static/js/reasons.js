// A ready-made reason stands in the fields as soon as it is chosen, to be changed there. Without script it is put where
// nothing was written when the form is sent.
for (const group of document.querySelectorAll('[data-ready]')) {
  const texts = JSON.parse(group.dataset.ready)
  const select = group.querySelector('select')
  let before = {}
  select.addEventListener('change', () => {
    const chosen = texts[select.value] || {}
    for (const input of select.form.querySelectorAll('textarea[lang]')) {
      const own = input.value.trim()
      if (own && own !== (before[input.lang] || '').trim()) continue
      input.value = chosen[input.lang] || ''
      input.dispatchEvent(new Event('input', { bubbles: true }))
    }
    before = chosen
  })
}
