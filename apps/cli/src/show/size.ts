const units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"]

/** Bytes in decimal units with so many significant digits: `0B`, `2.04MB`, `121MB`. */
export const humanSize = (bytes: number, digits: 3 | 4 = 3): string => {
  let size = bytes
  let unit = 0
  // Rounding may reach the next unit: 999.9 kB are 1 MB.
  while (Number(size.toPrecision(digits)) >= 1000 && unit < units.length - 1) {
    size /= 1000
    unit++
  }
  return `${Number(size.toPrecision(digits))}${units[unit]}`
}
