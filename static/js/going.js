// A page about work that goes on says by itself how far it is. Without this file one looks again by the link.

const EVERY = 2000

// Another page's copy of the part that goes on; null when it cannot be had, which is tried again.
const fetched = async id => {
  try {
    const answer = await fetch(location.href, { headers: { Accept: 'text/html' } })
    if (!answer.ok || answer.redirected) return null
    return new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById(id)
  } catch {
    return null
  }
}

// Whoever is in it with the keyboard keeps their place: until they have left, only what tells how far it is changes.
const renew = (shown, next) => {
  if (!shown.contains(document.activeElement)) {
    shown.replaceWith(document.adoptNode(next))
    return
  }
  for (const part of ['[role=status]', 'progress']) {
    const [before, after] = [shown.querySelector(part), next.querySelector(part)]
    if (before && after && !before.contains(document.activeElement)) before.replaceWith(document.adoptNode(after))
  }
}

const look = async () => {
  for (const going of document.querySelectorAll('[data-going][id]')) {
    const next = await fetched(going.id)
    if (next) renew(going, next)
  }
  if (document.querySelector('[data-going]')) setTimeout(look, EVERY)
}

if (document.querySelector('[data-going]')) setTimeout(look, EVERY)
