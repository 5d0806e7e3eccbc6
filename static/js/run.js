// An act on many that goes on: the page brings itself up to date. Without script there is a link that does it.
const EVERY = 2000

const refresh = async () => {
  const shown = document.getElementById('run')
  if (!shown || !('going' in shown.dataset)) return
  try {
    const response = await fetch(location.href, { headers: { Accept: 'text/html' } })
    const page = new DOMParser().parseFromString(await response.text(), 'text/html')
    const fresh = response.ok && page.getElementById('run')
    // Somebody at a button or a link of this part is not disturbed: the next look comes soon.
    if (fresh && !shown.contains(document.activeElement)) shown.replaceWith(fresh)
    else if (fresh) {
      for (const part of ['[role=status]', 'progress']) {
        const [old, now] = [shown.querySelector(part), fresh.querySelector(part)]
        if (old && now && !old.contains(document.activeElement)) old.replaceWith(now)
      }
      if (!('going' in fresh.dataset)) delete shown.dataset.going
    }
  } catch {
    // The next look may reach the server again.
  }
  setTimeout(refresh, EVERY)
}

setTimeout(refresh, EVERY)
