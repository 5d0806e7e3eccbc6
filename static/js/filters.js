// Enhancement only: a filter's numbers come when it is unfolded, and a question's filter without loading the page.

const form = document.querySelector('[data-filters]')

const madeOf = html => {
  const template = document.createElement('template')
  template.innerHTML = html
  return template.content.firstElementChild
}

const fetched = async field => {
  const url = new URL(form.dataset.filters, location.href)
  url.searchParams.set('field', field)
  const answer = await fetch(url, { headers: { Accept: 'application/json' }, redirect: 'error' })
  if (!answer.ok) throw new Error(answer.status)
  return madeOf((await answer.json()).html)
}

// What was ticked or written meanwhile stays.
const carryOver = (before, after) => {
  for (const { name, value, type, checked } of before.querySelectorAll('input')) {
    const same = [...after.querySelectorAll('input')].find(
      input => input.name === name && (type !== 'checkbox' || input.value === value)
    )
    if (same && type === 'checkbox') same.checked = checked
    else if (same) same.value = value
  }
}

const fill = async group => {
  const { field } = group.dataset
  delete group.dataset.field
  try {
    const after = await fetched(field)
    carryOver(group, after)
    const focused = group.contains(document.activeElement) && document.activeElement.tagName === 'SUMMARY'
    group.replaceWith(after)
    if (focused) after.querySelector('summary').focus({ preventScroll: true })
  } catch {
    // Without numbers it can be chosen from as well.
    group.dataset.field = field
  }
}

const add = async select => {
  const { value } = select
  const after = await fetched(value)
  select.querySelector(`option[value="${CSS.escape(value)}"]`).remove()
  select.closest('.er-filter-group').before(after)
  after.querySelector('summary').focus()
}

if (form) {
  // Unfolding is told by the details alone, and does not bubble.
  form.addEventListener('toggle', event => {
    const group = event.target
    if (group.open && group.dataset.field) fill(group)
  }, true)
  form.addEventListener('submit', event => {
    const select = form.querySelector('#open')
    const isAdding = event.submitter && event.submitter.matches('[data-add]')
    if (!isAdding || !select.value) return
    event.preventDefault()
    add(select).catch(() => form.submit())
  })
}
