/** One curve with axes of its own. */
export interface Curve {
  /** What grows to the right. */
  readonly title: string
  /** What grows upwards. */
  readonly unit: string
  readonly points: ReadonlyArray<readonly [x: number, y: number]>
}

const width = 420
const height = 300
const margin = { left: 60, top: 40, right: 20, bottom: 50 }

/** Curves side by side as an SVG picture. Axes begin at 0, so that a straight line through the origin is "linear". */
export const plot = (title: string, curves: ReadonlyArray<Curve>): string =>
  [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width * curves.length} ${height + 30}" font-family="sans-serif" font-size="12">`,
    `<rect width="100%" height="100%" fill="white"/>`,
    `<text x="${(width * curves.length) / 2}" y="20" text-anchor="middle" font-size="15">${escaped(title)}</text>`,
    ...curves.map((curve, at) => `<g transform="translate(${at * width} 30)">${panel(curve)}</g>`),
    "</svg>",
    ""
  ].join("\n")

const panel = ({ points, title, unit }: Curve): string => {
  const most = (at: 0 | 1) => round(Math.max(1, ...points.map((point) => point[at])))
  const [right, top] = [most(0), most(1)]
  const inner = { width: width - margin.left - margin.right, height: height - margin.top - margin.bottom }
  const x = (value: number) => margin.left + (value / right) * inner.width
  const y = (value: number) => margin.top + inner.height - (value / top) * inner.height
  const ticks = [0, 0.25, 0.5, 0.75, 1]
  return [
    ...ticks.map((part) => {
      const level = y(top * part)
      const line = `<line x1="${margin.left}" x2="${width - margin.right}" y1="${level}" y2="${level}" stroke="#ddd"/>`
      return `${line}<text x="${margin.left - 6}" y="${level + 4}" text-anchor="end">${label(top * part)}</text>`
    }),
    ...ticks.map(
      (part) =>
        `<text x="${x(right * part)}" y="${height - margin.bottom + 18}" text-anchor="middle">${label(right * part)}</text>`
    ),
    `<text x="${margin.left + inner.width / 2}" y="${height - 10}" text-anchor="middle">${escaped(title)}</text>`,
    `<text x="${margin.left}" y="${margin.top - 10}">${escaped(unit)}</text>`,
    `<polyline fill="none" stroke="#1f5fbf" stroke-width="2" points="${points.map(([a, b]) => `${x(a)},${y(b)}`).join(" ")}"/>`,
    ...points.map(([a, b]) => `<circle cx="${x(a)}" cy="${y(b)}" r="3" fill="#1f5fbf"/>`)
  ].join("")
}

/** The next number that begins with 1, 2, 4, 5 or 8 and goes on with zeros: the end of an axis. */
const round = (value: number): number => {
  const power = 10 ** Math.floor(Math.log10(value))
  return [1, 2, 4, 5, 8, 10].map((digit) => digit * power).find((end) => end >= value) ?? value
}

const label = (value: number): string => String(Math.round(value * 10) / 10)

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")
