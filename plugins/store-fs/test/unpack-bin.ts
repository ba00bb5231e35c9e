import { main } from "../src/unpack/main.ts"

main()
