// Enhancement only: what colleagues change meanwhile appears in the open list. Without this file one loads the page again.

const list = document.querySelector('[data-changes]')
const SECONDS = 1000
const SHORTEST = 4 * SECONDS
const LONGEST = 120 * SECONDS

let since = list && list.dataset.revision
let wait = SHORTEST
let timer = 0
let isAsking = false

const rowOf = reference => list.querySelector(`tr[data-reference="${CSS.escape(reference)}"]`)
const shown = () => [...list.querySelectorAll('tr[data-reference]')].map(row => row.dataset.reference)

const madeOf = html => {
  const template = document.createElement('template')
  template.innerHTML = html
  return template.content.querySelector('tr')
}

// Which of a row's controls has the focus, to give it back to the same one of the row that takes its place.
const focused = row => {
  const controls = [...row.querySelectorAll('a, input, button, summary')]
  return controls.indexOf(document.activeElement)
}

const replace = (reference, html) => {
  const before = rowOf(reference)
  const after = madeOf(html)
  if (!before || !after) return
  const place = focused(before)
  const box = before.querySelector('[name=chosen]')
  const newBox = after.querySelector('[name=chosen]')
  if (box && newBox) newBox.checked = box.checked
  before.replaceWith(after)
  if (place >= 0) after.querySelectorAll('a, input, button, summary')[place]?.focus({ preventScroll: true })
}

// Somebody whom one may no longer see: nothing of the person stays, and the lines below keep their place.
const takeOut = (reference, text) => {
  const row = rowOf(reference)
  if (!row) return
  const cell = Object.assign(document.createElement('td'), { colSpan: row.cells.length, textContent: text })
  delete row.dataset.reference
  row.replaceChildren(cell)
}

const tell = ({ counts, found, taken, said, news }) => {
  for (const [key, number] of Object.entries(counts || {})) {
    const told = document.querySelector(`[data-count="${CSS.escape(key)}"]`)
    if (told) told.textContent = number
  }
  const put = (name, text) => {
    const part = document.querySelector(`[data-${name}]`)
    if (part && text) part.textContent = text
  }
  put('found', found)
  put('taken', taken)
  if (news) {
    const link = document.querySelector('[data-news]')
    link.textContent = news
    link.hidden = false
  }
  if (said) put('said', said)
}

const show = changes => {
  since = changes.revision
  for (const [reference, html] of Object.entries(changes.rows || {})) replace(reference, html)
  for (const reference of changes.gone || []) takeOut(reference, list.dataset.gone)
  tell(changes)
  document.dispatchEvent(new CustomEvent('list:changed'))
}

const address = () => {
  const url = new URL(list.dataset.changes, location.href)
  url.searchParams.set('since', since)
  url.searchParams.set('shown', shown().join('.'))
  url.searchParams.set('loaded', list.dataset.revision)
  return url
}

// A server that is slow or in trouble is asked less often.
const ask = async () => {
  if (isAsking) return
  isAsking = true
  const begun = performance.now()
  try {
    const answer = await fetch(address(), { headers: { Accept: 'application/json' }, redirect: 'error' })
    if (answer.status === 200) show(await answer.json())
    else if (answer.status !== 204) throw new Error(answer.status)
    wait = Math.max(SHORTEST, 20 * (performance.now() - begun))
  } catch {
    wait = Math.min(2 * wait, LONGEST)
  }
  isAsking = false
  plan()
}

const plan = () => {
  clearTimeout(timer)
  if (!document.hidden) timer = setTimeout(ask, wait)
}

if (list) {
  plan()
  document.addEventListener('visibilitychange', () => {
    clearTimeout(timer)
    if (!document.hidden) ask()
  })
}
