/**
 * Milliseconds that a `Retry-After` header asks to wait: it holds seconds or a date. None when it holds neither.
 *
 * Spec: RFC 9110, section 10.2.3. `now` is in milliseconds since 1970.
 */
export const retryAfter = (text: string | undefined, now: number): number | undefined => {
  if (text === undefined) return undefined
  if (/^\d{1,12}$/.test(text.trim())) return Number(text) * 1000
  // A date begins with a day's name; `Date.parse` would take much more for one.
  const date = /^[A-Za-z]{3}/.test(text.trim()) ? Date.parse(text) : Number.NaN
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}
