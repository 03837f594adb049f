import type { Arbitrary } from 'fast-check'
import fc from 'fast-check'

/** Any string of code units, lone surrogates included; fast-check's own takes a second to build its tables. */
export const anyString: Arbitrary<string> = fc
  .array(fc.oneof(fc.nat(0x7f), fc.nat(0xffff)))
  .map((units) => String.fromCharCode(...units))
