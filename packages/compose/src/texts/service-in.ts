/** The service that a text such as `service:NAME` means, if it means one. */
export const serviceIn = (text: string | undefined): string | undefined =>
  text?.startsWith("service:") === true ? text.slice("service:".length) : undefined
