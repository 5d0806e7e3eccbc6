// Enhancement only: every page does all of its work without this file.

// A form is sent once: a second press within five seconds is dropped. The server knows a repeat too, by the form's key.
const sent = new WeakMap()
document.addEventListener('submit', event => {
  if (event.target.method !== 'post') return
  const before = sent.get(event.target)
  if (before && event.timeStamp - before < 5000) event.preventDefault()
  else sent.set(event.target, event.timeStamp)
})

// From the list of answers to check: bring the label into view with its input.
document.addEventListener('click', event => {
  const link = event.target.closest('.govuk-error-summary a')
  const input = link && document.getElementById(decodeURIComponent(link.hash.slice(1)))
  if (!input) return
  event.preventDefault()
  const group = input.closest('fieldset.govuk-fieldset:not(.er-part), .govuk-form-group') || input
  group.scrollIntoView()
  input.focus({ preventScroll: true })
})

// A file that is too large, or of a type that is not taken, is refused before it is sent over a slow line.
document.addEventListener('change', event => {
  const { accept, dataset, files, id } = event.target
  if (!files || !(dataset.tooLarge || dataset.wrongType)) return
  let told = document.getElementById(`${id}-size`)
  if (!told) {
    told = Object.assign(document.createElement('p'), { id: `${id}-size`, className: 'govuk-error-message' })
    told.setAttribute('role', 'status')
    event.target.before(told)
  }
  const endings = accept ? accept.split(',') : ['']
  const chosen = [...files]
  // What is no ending (image/*) is left to the server.
  const isOfType = ({ name }) => !name.includes('.') || endings.some(ending => ending.includes('/') || name.toLowerCase().endsWith(ending))
  const fault = !chosen.every(isOfType) ? dataset.wrongType : chosen.some(({ size }) => size > Number(dataset.limit)) ? dataset.tooLarge : ''
  told.textContent = fault || ''
  if (fault) event.target.value = ''
})

// How much of a long answer is used.
document.addEventListener('input', event => {
  const limit = event.target.dataset.limit
  const told = limit && document.getElementById(`${event.target.id}-limit`)
  if (told) told.textContent = told.dataset.used.replace('{used}', [...event.target.value].length).replace('{limit}', limit)
})

// Menus close on Escape and on a press elsewhere.
const close = except => {
  for (const menu of document.querySelectorAll('.er-menu[open]')) if (!menu.contains(except)) menu.open = false
}
document.addEventListener('click', event => close(event.target))
document.addEventListener('keydown', event => {
  const menu = event.key === 'Escape' && document.querySelector('.er-menu[open]')
  if (!menu) return
  menu.open = false
  menu.querySelector('summary').focus()
})
