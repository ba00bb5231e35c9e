/** The path of a field of a mapping: `services.web`. */
export const pathOfField = (path: string, name: string): string => (path === "" ? name : `${path}.${name}`)
