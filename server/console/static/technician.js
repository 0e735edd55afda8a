// Standing under the pole: the telephone knows where it is.
const button = document.querySelector("[data-locate]");
if (button && window.isSecureContext && navigator.geolocation) {
  const told = document.querySelector("[data-located]");
  button.hidden = false;
  button.addEventListener("click", () => navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      const fields = button.form.elements;
      fields.namedItem("latitude").value = coords.latitude.toFixed(6);
      fields.namedItem("longitude").value = coords.longitude.toFixed(6);
      told.textContent = `± ${Math.round(coords.accuracy)} m`;
    },
    () => { told.textContent = button.dataset.refused; },
    { enableHighAccuracy: true, timeout: 20000 },
  ));
}
