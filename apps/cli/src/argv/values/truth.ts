const words: { readonly [text: string]: boolean } = {
  true: true,
  "1": true,
  t: true,
  false: false,
  "0": false,
  f: false
}

/** Yes or no, as filters have it; undefined for any other word. */
export const truthOf = (text: string): boolean | undefined => words[text.toLowerCase()]
