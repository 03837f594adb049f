/**
 * The channels of an exec or attach session: the first byte of every message.
 * The same in every WebSocket subprotocol, v1 to v5 (apimachinery, pkg/util/remotecommand/constants.go).
 */
export const Channel = {
  Stdin: 0,
  Stdout: 1,
  Stderr: 2,
  Status: 3,
  Resize: 4,
  /** v5 only, client to server: the next byte names the channel that ends. */
  Close: 255,
} as const

export type Channel = (typeof Channel)[keyof typeof Channel]
