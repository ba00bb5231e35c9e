import { main } from "../src/unpack/main.ts"

main(process.argv.slice(3))
