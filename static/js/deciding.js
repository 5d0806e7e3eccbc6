// Enhancement only: the list's keys on one person's page. Buttons and links do the same without this file.

const form = document.querySelector('.er-decide form:has([data-act])')

const areOn = () => {
  try {
    return localStorage.getItem('eventreg.list.keys') !== 'off'
  } catch {
    return true
  }
}

const press = selector => {
  const part = document.querySelector(selector)
  if (part && part.checkVisibility()) part.click()
}

const KEYS = {
  a: () => press('[data-act=approve]'),
  w: () => press('[data-act=waitlist]'),
  // Whoever is declined wants to know why: the list asks before as well.
  d: () => form && form.querySelector('textarea').focus(),
  j: () => press('a[rel=next]'),
  k: () => press('a[rel=prev]'),
}

// They are told on the buttons that they press.
if (form && areOn()) {
  for (const [act, key] of [['approve', 'a'], ['waitlist', 'w'], ['decline', 'd']]) {
    const button = form.querySelector(`[data-act=${act}]`)
    if (!button) continue
    button.setAttribute('aria-keyshortcuts', key)
    button.insertAdjacentHTML('beforeend', `<kbd aria-hidden="true">${key}</kbd>`)
  }
}

document.addEventListener('keydown', event => {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || !areOn()) return
  if (event.target.closest('input, select, textarea, [contenteditable]')) return
  const act = KEYS[event.key.toLowerCase()]
  if (!act) return
  event.preventDefault()
  act()
})
