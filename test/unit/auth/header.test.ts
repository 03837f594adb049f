import { expect, test } from 'vitest'
import {
  checkHeaderName,
  checkHeaderText,
  checkHeaderValue,
  headerText,
} from '../../../src/auth/header.ts'
import { AuthError } from '../../../src/errors.ts'

test.each(['', 'Bearer abc', 'tab\there', 'ü'])('%j is a value', (value) => {
  expect(checkHeaderValue(value, 'It')).toBe(value)
})

test.each(['s3cret\r\nX: y', 's3cret\n', 's3cret\0', 's3cret\u007f', 's3cret€', 42, undefined])(
  '%j is none, and not shown',
  (value) => {
    const check = () => checkHeaderValue(value, 'The token')
    expect(check).toThrow(AuthError)
    expect(check).toThrow(/^The token cannot be sent in a header/)
    expect(check).not.toThrow(/s3cret/)
  },
)

test.each(['Authorization', 'X-Token', "!#$%&'*+-.^_`|~09Az"])('%s is a name', (name) => {
  expect(checkHeaderName(name)).toBe(name)
})

test.each(['', 'a b', 'a:', 'ü', 'a\n', 'Host', 'upgrade', 'Sec-WebSocket-Protocol'])(
  '%j is none',
  (name) => {
    expect(() => checkHeaderName(name)).toThrow(AuthError)
  },
)

test.each(['', 'abc', 'tab\there', 'ü', '日本', '\u{1f600}'])('%j goes out in UTF-8', (text) => {
  expect(checkHeaderText(text, 'It')).toBe(text)
  expect(Buffer.from(headerText(text), 'latin1')).toEqual(Buffer.from(text, 'utf8'))
})

test.each([
  's3cret\r\nX: y',
  's3cret\n',
  's3cret\0',
  's3cret\u007f',
  's3cret\ud800',
  42,
  undefined,
])('%j is no text for a header, and not shown', (text) => {
  const check = () => checkHeaderText(text, 'The token')
  expect(check).toThrow(/^The token cannot be sent in a header/)
  expect(check).not.toThrow(/s3cret/)
})
