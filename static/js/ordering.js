// Enhancement only: questions are dragged to their place in the list. The buttons beside them do the same without this file.

const list = document.querySelector('[data-drag]')
let dragged = null

// Where it would stand: before which question of which section; none for its end.
const placeAt = ({ target, clientY }) => {
  const section = target.closest('[data-section]')
  if (!section) return null
  const rows = [...section.querySelectorAll('[data-question]')].filter(row => row !== dragged)
  const before = rows.find(row => {
    const { top, height } = row.getBoundingClientRect()
    return clientY < top + height / 2
  })
  return { section, before }
}

const show = place => {
  for (const marked of list.querySelectorAll('.er-drop, .er-drop-end')) marked.classList.remove('er-drop', 'er-drop-end')
  if (!place) return
  if (place.before) place.before.classList.add('er-drop')
  else place.section.querySelector('[data-end]').classList.add('er-drop-end')
}

// A form of its own: that of the row has a field of the same name, for those who choose a section.
const send = (row, { section, before }) => {
  const own = row.querySelector('form')
  const form = Object.assign(document.createElement('form'), { method: 'post', action: own.action, hidden: true })
  const values = {
    csrf_token: own.elements.csrf_token.value,
    do: 'place',
    section: section.dataset.section,
    before: before ? before.dataset.question : '',
  }
  for (const [name, value] of Object.entries(values)) {
    form.append(Object.assign(document.createElement('input'), { type: 'hidden', name, value }))
  }
  document.body.append(form)
  form.requestSubmit()
}

const stands = (row, { section, before }) => {
  const rows = [...section.querySelectorAll('[data-question]')]
  const place = rows.indexOf(row)
  return place >= 0 && rows[place + 1] === before
}

if (list) {
  for (const row of list.querySelectorAll('[data-question]')) {
    const handle = Object.assign(document.createElement('span'), { className: 'er-drag', draggable: true, textContent: '⠿' })
    handle.setAttribute('aria-hidden', 'true')
    row.firstElementChild.prepend(handle)
    handle.addEventListener('dragstart', event => {
      dragged = row
      event.dataTransfer.effectAllowed = 'move'
      event.dataTransfer.setData('text/plain', row.dataset.question)
      event.dataTransfer.setDragImage(row, 0, 0)
    })
    handle.addEventListener('dragend', () => {
      dragged = null
      show(null)
    })
  }
  list.addEventListener('dragover', event => {
    const place = dragged && placeAt(event)
    show(place)
    if (place) event.preventDefault()
  })
  list.addEventListener('drop', event => {
    const place = dragged && placeAt(event)
    if (!place) return
    event.preventDefault()
    if (!stands(dragged, place)) send(dragged, place)
  })
}
