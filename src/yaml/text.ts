import { YamlError } from './yaml-error.ts'

// What go-yaml's reader lets through (readerc.go); everything else is a control character to it.
const FORBIDDEN = /[^\t\n\r -~\u0085\u00a0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u

/**
 * The text of a YAML file: UTF-8, or UTF-16 when a byte order mark says so.
 *
 * @throws {YamlError} the bytes are not text, or hold control characters
 */
export function decodeText(bytes: Uint8Array): string {
  const text = decode(bytes)
  if (FORBIDDEN.test(text)) throw new YamlError('holds control characters, so it is not YAML text')
  return text
}

function decode(bytes: Uint8Array): string {
  const encoding = encodingOf(bytes)
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    throw new YamlError(`is not valid ${encoding.toUpperCase()} text`)
  }
}

function encodingOf(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  return 'utf-8'
}
