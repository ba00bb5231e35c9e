/** `--name=value`, or nothing where there is no value. */
export const word = (name: string, value: string | number | undefined): ReadonlyArray<string> =>
  value === undefined ? [] : [`--${name}=${value}`]

/** The same for each of several values. */
export const words = (name: string, values: ReadonlyArray<string>): ReadonlyArray<string> =>
  values.map((value) => `--${name}=${value}`)

/** `--name`, or nothing. */
export const flag = (name: string, isSet: boolean | undefined): ReadonlyArray<string> =>
  isSet === true ? [`--${name}`] : []

/** `--name=key=value` for each. */
export const pairs = (name: string, values: { readonly [key: string]: string }): ReadonlyArray<string> =>
  words(
    name,
    Object.entries(values).map(([key, value]) => `${key}=${value}`)
  )
