/**
 * The command that asks a web server for a page and prints it; it fails when none comes within so many seconds. By Node,
 * which is there: a machine need not have curl.
 */
export const askPage = (url: string, seconds: number): readonly [string, ...ReadonlyArray<string>] => [
  process.execPath,
  "-e",
  `setTimeout(() => process.exit(28), ${seconds * 1000})
   const end = (answer) => (answer.pipe(process.stdout), answer.on("end", () => process.exit(answer.statusCode === 200 ? 0 : 22)))
   require("http").get(${JSON.stringify(url)}, end).on("error", () => process.exit(7))`
]
