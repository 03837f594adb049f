/** What a peer did that the protocol does not allow, as a value: deciding what follows is the caller's. */
export interface Violation {
  readonly violation: 'text message' | 'binary message' | 'base64' | 'status'
  /** One sentence for people; never quotes the peer's bytes. */
  readonly description: string
}
