/** What a new account needs, checked before the server is asked. */

export interface RegistrationForm {
  readonly fullName: string;
  readonly email: string;
  readonly username: string;
  readonly password: string;
  readonly confirmation: string;
}

export type RegistrationErrors = Partial<Record<keyof RegistrationForm, string>>;

export const SHORTEST_PASSWORD = 8;

export function checkRegistration(form: RegistrationForm): RegistrationErrors {
  const errors: RegistrationErrors = {};
  if (form.fullName.trim() === "") errors.fullName = "Tell us your name.";
  if (!/^\S+@\S+\.\S+$/.test(form.email.trim())) {
    errors.email = "This does not look like an email address.";
  }
  if (form.username !== "" && !/^[A-Za-z0-9._-]{2,32}$/.test(form.username)) {
    errors.username = "2 to 32 letters, digits, dots, dashes or underscores.";
  }
  if (form.password.length < SHORTEST_PASSWORD) {
    errors.password = `Use at least ${SHORTEST_PASSWORD} characters.`;
  }
  if (form.confirmation !== form.password) errors.confirmation = "The passwords differ.";
  return errors;
}
