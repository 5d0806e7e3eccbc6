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

const look = async () => {
  for (const going of document.querySelectorAll('[data-going][id]')) {
    const next = await fetched(going.id)
    // Whoever is in it with the keyboard keeps their place: it is changed when they have left.
    if (next && !going.contains(document.activeElement)) going.replaceWith(document.adoptNode(next))
  }
  if (document.querySelector('[data-going]')) setTimeout(look, EVERY)
}

if (document.querySelector('[data-going]')) setTimeout(look, EVERY)
