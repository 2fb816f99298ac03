// @ts-check
// Shows the passkey button where the browser can use one, and says in words when it did not work.
(() => {
  const words = document.getElementById('passkey-words')
  if (!words) return
  const errors = document.getElementById('errors')
  const say = (/** @type {string} */ text) => {
    if (errors) errors.textContent = text
  }
  const button = document.getElementById(words.dataset.reveal || '')
  if (button && 'PublicKeyCredential' in window) button.hidden = false
  if (!('PublicKeyCredential' in window) && !button) say(words.dataset.missing || '')
  document.addEventListener('allauth.error', (event) => {
    event.preventDefault()
    say(words.dataset.failed || '')
  })
})()
