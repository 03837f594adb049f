// The least a program can do: one exec over bare `ws`.
import { open } from '../clients/bare.mjs'

const client = await open(JSON.parse(process.argv[2]))
await client.run(process.argv.slice(3))
