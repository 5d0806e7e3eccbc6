// A preview in a frame is asked for by a form; with script nobody has to press its button.
for (const form of document.querySelectorAll('form[data-shows-itself]')) {
  form.hidden = true
  form.submit()
}
