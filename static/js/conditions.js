// Questions that hang on other answers come and go as one answers. Enhancement only: the server decides by the same rules.

const number = /^[+-]?\d{1,30}(\.\d{1,30})?$/
const day = /^\d{4}-\d{2}-\d{2}$/
const time = /^([01]\d|2[0-3]):[0-5]\d$/

const isDay = text => day.test(text) && new Date(`${text}T00:00:00Z`).toJSON()?.slice(0, 10) === text && text > '0001'

// Numbers are compared digit by digit: they may be longer than the browser counts exactly.
const compare = (one, other) => {
  const split = text => {
    const [whole, part = ''] = text.replace(/^[+-]/, '').split('.')
    return [whole.replace(/^0+/, ''), part.replace(/0+$/, '')]
  }
  const [a, b] = [split(one), split(other)]
  const sign = (text, [whole, part]) => (whole || part ? (text[0] === '-' ? -1 : 1) : 0)
  const signs = [sign(one, a), sign(other, b)]
  if (signs[0] !== signs[1]) return signs[0] - signs[1]
  const order = (x, y) => (x < y ? -1 : x > y ? 1 : 0)
  return signs[0] * (a[0].length - b[0].length || order(a[0], b[0]) || order(a[1], b[1]))
}

const difference = (given, bound) => {
  const areDays = isDay(given) && isDay(bound)
  // Days and times are, as text, in their order.
  if (areDays || (time.test(given) && time.test(bound))) return given < bound ? -1 : given > bound ? 1 : 0
  return number.test(given) && number.test(bound) ? compare(given, bound) : NaN
}

/** Say whether a condition holds for answers by question: {key: [value, …]}. The same as `questionnaires.rules.conditions`. */
export const holds = (condition, answers) => {
  if (condition.all) return condition.all.every(part => holds(part, answers))
  if (condition.any) return condition.any.some(part => holds(part, answers))
  if (condition.not) return !holds(condition.not, answers)
  const given = answers[condition.question] || []
  if (condition.is) return given.some(value => condition.is.includes(value))
  if ('answered' in condition) return given.some(value => value.trim()) === condition.answered
  const first = (given[0] || '').trim()
  if ('at_least' in condition) return difference(first, condition.at_least) >= 0
  return difference(first, condition.at_most) <= 0
}

const asks = condition =>
  condition.question ? [condition.question] : (condition.all || condition.any || [condition.not]).flatMap(asks)

const digits = text => (/^[+-]?[\d\s'’]+([.,]\d+)?$/.test(text.trim()) ? text.replace(/[\s'’]/g, '').replace(',', '.') : text)

// What stands in the fields of a question. A file that was kept, and is not to be removed, answers as well.
const answersTo = (form, key) => {
  const kept = form.querySelector(`[name="${key}-kept"]`) && !form.querySelector(`[name="${key}-remove"]:checked`)
  const fields = [...form.querySelectorAll(`[name="${key}"]`)].filter(field => !field.disabled)
  const values = fields.flatMap(field => {
    if (field.type === 'radio' || field.type === 'checkbox') return field.checked ? [field.value] : []
    if (field.type === 'file') return [...field.files].map(file => file.name)
    if (field.selectedOptions) return [...field.selectedOptions].map(option => option.value)
    // As the server reads a number: "1 000,5" is 1000.5.
    return [/^(numeric|decimal|text)$/.test(field.inputMode) ? digits(field.value) : field.value]
  })
  return kept ? [...values, key] : values
}

const show = (asked, isShown) => {
  asked.hidden = !isShown
  for (const field of asked.querySelectorAll('input, select, textarea, button')) {
    if (!isShown && !field.disabled) Object.assign(field, { disabled: true }).dataset.unasked = ''
    if (isShown && 'unasked' in field.dataset) {
      field.disabled = false
      delete field.dataset.unasked
    }
  }
}

const follow = (form, told) => {
  const questions = [...form.querySelectorAll('.er-asked')].map(asked => ({
    asked,
    condition: JSON.parse(asked.dataset.condition),
  }))
  const keys = new Set(questions.flatMap(({ condition }) => asks(condition)))
  const settle = isFirst => {
    const answers = {}
    const come = []
    const go = []
    for (const key of keys) answers[key] = answersTo(form, key)
    // In the order of the page: whoever hangs on a hidden question finds it unanswered.
    for (const { asked, condition } of questions) {
      // What the server wants mended is never put away by the page that shows it.
      const isShown = holds(condition, answers) || (isFirst && !!asked.querySelector('.govuk-error-message'))
      if (isShown === asked.hidden) (isShown ? come : go).push(asked.dataset.label)
      show(asked, isShown)
      const key = asked.dataset.question
      if (keys.has(key)) answers[key] = isShown ? answersTo(form, key) : []
    }
    if (isFirst) return
    const lines = [come.length && told.dataset.come + come.join(', '), go.length && told.dataset.go + go.join(', ')]
    told.textContent = lines.filter(Boolean).join('. ')
  }
  form.classList.add('er-follows')
  settle(true)
  // Leaving a line by pressing a button changes the line first: nothing may move from under the press, or it is lost.
  let isPressed = false
  let isLate = false
  form.addEventListener('pointerdown', () => (isPressed = true))
  for (const over of ['pointerup', 'pointercancel']) {
    addEventListener(over, () => {
      isPressed = false
      if (isLate) setTimeout(() => settle(false))
      isLate = false
    })
  }
  form.addEventListener('change', () => (isPressed ? (isLate = true) : settle(false)))
  // A browser that goes back fills the fields in once more, after this ran.
  addEventListener('pageshow', () => settle(true))
}

for (const told of document.querySelectorAll('[data-come]')) follow(told.closest('form'), told)
