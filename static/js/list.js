// Enhancement only: choosing rows of the list, and its keys. Boxes, buttons and links do the same without this file.

const form = document.querySelector('[data-list]')
const area = form && form.closest('[data-changes]')
const table = form && form.querySelector('tbody')

const rows = () => [...table.rows]
const boxOf = row => row.querySelector('[name=chosen]')
const linkOf = row => row.querySelector('th a')
const boxes = () => rows().map(boxOf).filter(Boolean)
const chosen = () => boxes().filter(box => box.checked)
const whole = () => area.querySelector('[name=all]')

// Places that the chosen people would take, of the event and of each category, beside what is left.
const counted = picked => {
  const needs = { '': 0 }
  for (const { dataset } of picked.map(box => box.closest('tr'))) {
    if (!('takes' in dataset)) continue
    needs[''] += 1
    needs[dataset.category] = (needs[dataset.category] || 0) + 1
  }
  return needs
}

const placeLines = picked => {
  const needs = counted(picked)
  return [...area.querySelectorAll('[data-left]')].map(line => {
    const need = needs[line.dataset.of] || 0
    const left = Number(line.dataset.left)
    return { line, need, left, isShown: picked.length > 0 && (need > 0 || line.dataset.of === '') }
  })
}

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_found, name) => values[name])

// The bar shows by itself; who hears the page is told by the line that is always there.
const tell = (isWhole, count) => {
  const told = area.querySelector('[data-told]')
  if (!told) return
  const { one, some, every } = told.dataset
  const text = isWhole ? every : fill(count === 1 ? one : some, { count })
  if (told.textContent === text) return
  told.textContent = text
  if (isWhole || count) area.querySelector('[data-said]').textContent = text
}

// What would change none of those chosen stands behind the rest; the page has them in the order for all that it shows.
const acts = area ? [...area.querySelectorAll('.er-acts button[name=act]')] : []
const menu = area && area.querySelector('.er-acts details')
const inFront = acts.filter(act => !act.closest('details')).length

const offer = picked => {
  if (!menu) return
  const statuses = new Set(picked.map(box => box.closest('tr').dataset.status))
  const fits = ({ dataset }) => !picked.length || !dataset.on || dataset.on.split(' ').some(each => statuses.has(each))
  for (const [at, act] of [...acts.filter(fits), ...acts.filter(each => !fits(each))].entries()) {
    if (at < inFront) menu.before(act)
    else menu.lastElementChild.append(act)
    act.classList.toggle('govuk-button--secondary', at > 0)
  }
}

const refresh = () => {
  const picked = chosen()
  offer(picked)
  const all = whole()
  const isWhole = Boolean(all && all.checked)
  tell(isWhole, picked.length)
  for (const { line, need, left, isShown } of placeLines(isWhole ? [] : picked)) {
    line.hidden = !isShown
    line.classList.toggle('er-flag', need > left)
    const text = fill(need > left ? line.dataset.over : line.dataset.fits, { left, need, over: need - left })
    if (line.textContent !== text) line.textContent = text
  }
  const head = form.querySelector('[data-choose-page]')
  if (head) {
    head.checked = picked.length > 0 && picked.length === boxes().length
    head.indeterminate = picked.length > 0 && !head.checked
  }
}

const choose = (box, isChosen) => {
  if (box) box.checked = isChosen
  if (whole()) whole().checked = false
}

let last = null

// Shift and a press take all rows between this one and the one before.
const stretch = (box, isChosen) => {
  const all = boxes()
  const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((one, other) => one - other)
  if (from >= 0) for (const between of all.slice(from, to + 1)) between.checked = isChosen
}

const watchBoxes = () => {
  form.addEventListener('click', event => {
    const box = event.target.closest('[name=chosen]')
    if (!box) return
    if (event.shiftKey && last) stretch(box, box.checked)
    last = box
  })
  area.addEventListener('change', event => {
    const { target } = event
    if (target.matches('[data-choose-page]')) for (const box of boxes()) choose(box, target.checked)
    else if (target.name === 'chosen') choose(null, false)
    else if (target.name === 'all' && target.checked) for (const box of boxes()) box.checked = false
    refresh()
  })
}

// The head of the column of boxes takes the place of the link that does the same.
const offerPage = () => {
  for (const part of form.querySelectorAll('[data-with-script]')) part.hidden = false
  for (const part of form.querySelectorAll('[data-without-script]')) part.hidden = true
}

if (table) {
  offerPage()
  watchBoxes()
  refresh()
  // What a colleague changed is put in place by live.js.
  document.addEventListener('list:changed', refresh)
}

// --- the order of columns: the arrows move a line of the open chooser; without this file they load the page ---

const columns = document.querySelector('[data-columns]')
if (columns) {
  columns.addEventListener('click', event => {
    const button = event.target.closest('button[name=move]')
    if (!button) return
    const line = button.closest('li')
    const isUp = button.value.startsWith('up.')
    const other = isUp ? line.previousElementSibling : line.nextElementSibling
    if (!other) return
    event.preventDefault()
    if (isUp) other.before(line)
    else other.after(line)
    button.focus()
  })
}

// --- keys ---

const switched = document.querySelector('[data-keys]')
const panel = switched && switched.closest('details')
const STORED = 'eventreg.list.keys'

const areOn = () => {
  try {
    return localStorage.getItem(STORED) !== 'off'
  } catch {
    return true
  }
}

const keep = isOn => {
  try {
    localStorage.setItem(STORED, isOn ? 'on' : 'off')
  } catch {
    // A browser that keeps nothing asks again next time.
  }
}

const isTyping = ({ target }) =>
  target.closest('select, textarea, [contenteditable]') ||
  (target.matches('input') && !['checkbox', 'radio', 'button', 'submit'].includes(target.type))

const here = () => document.activeElement && document.activeElement.closest('[data-list] tbody tr')

const move = step => {
  const all = rows()
  const row = here()
  const next = row ? all[all.indexOf(row) + step] : all[step > 0 ? 0 : all.length - 1]
  if (!next) return
  const wanted = row && document.activeElement === boxOf(row) ? boxOf(next) : linkOf(next)
  wanted.focus({ preventScroll: true })
  next.scrollIntoView({ block: 'nearest' })
}

// On the row where one is, unless rows are chosen; the same page follows as after the bar's button.
const press = act => {
  const button = area.querySelector(`button[name=act][value=${act}]`)
  if (!button) return
  if (!chosen().length && !(whole() && whole().checked)) {
    const box = here() && boxOf(here())
    if (!box) return
    choose(box, true)
    refresh()
  }
  button.click()
}

const toggle = () => {
  const row = here()
  const box = row && boxOf(row)
  if (!box || document.activeElement === box) return false
  choose(box, !box.checked)
  refresh()
  return true
}

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  a: () => press('approve'),
  w: () => press('waitlist'),
  d: () => press('decline'),
  '/': () => document.querySelector('[type=search]').select(),
  '?': () => {
    panel.open = !panel.open
    panel.querySelector('summary').focus()
  },
}
// These do something else elsewhere on a page: they are the list's only where the focus is in it.
const IN_ROWS = { ArrowDown: () => move(1), ArrowUp: () => move(-1), ' ': toggle }

const onKey = event => {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return
  if (!areOn() || isTyping(event)) return
  const act = (here() && IN_ROWS[event.key]) || KEYS[event.key.length === 1 ? event.key.toLowerCase() : '']
  if (act && act() !== false) event.preventDefault()
}

if (table && switched) {
  panel.hidden = false
  switched.checked = areOn()
  switched.addEventListener('change', () => keep(switched.checked))
  document.addEventListener('keydown', onKey)
}
