// Joins our forms to allauth's passkey functions, without inline scripts; without passkeys the forms stay hidden.
(function () {
  'use strict'
  const form = document.querySelector('form[data-passkey]')
  if (!form || !window.PublicKeyCredential || !window.allauth) return
  form.hidden = false
  const kind = form.dataset.passkey
  const credential = form.querySelector('[name=credential]').id
  const passwordless = form.querySelector('[name=passwordless]')
  const button = 'passkey_button'
  const forms = window.allauth.webauthn.forms
  if (kind === 'login') forms.loginForm({ ids: { login: button, credential: credential } })
  if (kind === 'authenticate') forms.authenticateForm({ ids: { authenticate: button, credential: credential, data: 'passkey_data' } })
  if (kind === 'add') {
    if (passwordless) passwordless.checked = true
    forms.addForm({ ids: { add: button, passwordless: passwordless && passwordless.id, credential: credential, data: 'passkey_data' } })
  }
  const problem = document.getElementById('passkey-problem')
  document.addEventListener('allauth.error', function (event) {
    event.preventDefault()
    if (problem) problem.hidden = false
  })
  document.getElementById(button).addEventListener('click', function () { if (problem) problem.hidden = true })
})()
