// A file of its own because the content security policy allows no inline script.
window.SwaggerUIBundle({
  dom_id: "#api",
  url: "/api/openapi.json",
  deepLinking: true,
  // The validator badge would send the address of this server to a third party.
  validatorUrl: null,
});
