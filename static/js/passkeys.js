// Passkeys: what the browser refuses (cancelled, no key, another site) is said in words on the page.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const said = document.getElementById("passkey-problem");
  if (said) said.hidden = false;
});
