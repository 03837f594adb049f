/**
 * Standard base64 with padding, as Go's `StdEncoding` has it: the alphabet of the two base64 subprotocols.
 * Written out because `atob` goes through strings of code units and `Buffer` is not there in a browser.
 */

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const encoder = /* @__PURE__ */ new TextEncoder()
const ascii = /* @__PURE__ */ new TextDecoder()
const characters = /* @__PURE__ */ encoder.encode(alphabet)
const padding = 0x3d

const invalid = 0xff
const values = /* @__PURE__ */ (() => {
  const table = new Uint8Array(256).fill(invalid)
  characters.forEach((character, value) => {
    table[character] = value
  })
  return table
})()

/** base64 text of the bytes. */
export function encodeBase64(bytes: Uint8Array): string {
  const text = new Uint8Array(Math.ceil(bytes.length / 3) * 4)
  let out = 0
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i
    const group = ((bytes[i] as number) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0)
    text[out++] = characters[group >> 18] as number
    text[out++] = characters[(group >> 12) & 63] as number
    text[out++] = left > 1 ? (characters[(group >> 6) & 63] as number) : padding
    text[out++] = left > 2 ? (characters[group & 63] as number) : padding
  }
  return ascii.decode(text)
}

/** The bytes of a base64 text, or `null` when it is not one. CR and LF are skipped, as Go does. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> | null {
  const compact = /[\r\n]/.test(text) ? text.replace(/[\r\n]/g, '') : text
  if (compact.length % 4 !== 0) return null
  const pads = compact.endsWith('==') ? 2 : compact.endsWith('=') ? 1 : 0
  const digits = compact.length - pads
  const bytes = new Uint8Array((compact.length / 4) * 3 - pads)
  let group = 0
  let out = 0
  for (let i = 0; i < digits; i++) {
    const code = compact.charCodeAt(i)
    const value = code < 256 ? (values[code] as number) : invalid
    if (value === invalid) return null
    group = (group << 6) | value
    if (i % 4 === 3) {
      bytes[out++] = group >> 16
      bytes[out++] = group >> 8
      bytes[out++] = group
      group = 0
    }
  }
  if (pads === 2) bytes[out] = group >> 4
  if (pads === 1) {
    bytes[out++] = group >> 10
    bytes[out] = group >> 2
  }
  return bytes
}
