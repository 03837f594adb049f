import type { Document } from 'yaml'
import type { Fail } from './fail.ts'
import type { YamlNode } from './node.ts'
import { treeOf } from './tree.ts'

/** Levels of nesting; the parser works recursively behind this check. */
const MAX_DEPTH = 200
/** Tokens of the first document; hostile text would otherwise block for a minute. */
const MAX_LEXEMES = 1_000_000
/** The parser goes through all of them for each. */
const MAX_DIRECTIVES = 100

const EMPTY: YamlNode = { kind: 'null', offset: 0 }

/** The first document of any text, by the grammar of the `yaml` package and client-go's types. */
export async function parseGrammar(text: string, only: boolean, fail: Fail): Promise<YamlNode> {
  const lines = firstDocument(text, only, fail)
  const document = await compose(lines, only, fail)
  const [error] = document?.errors ?? []
  if (error !== undefined) fail(wordsFor(error.code), error.pos[0])
  const contents = document?.contents ?? null
  return contents === null ? EMPTY : treeOf(contents, fail)
}

const MARKER = /^(?:---|\.\.\.)(?=[ \t\r\n]|$)/gm
const PROLOGUE = /^(?:[ \t]*(?:#.*)?|%.*)$/

/**
 * The text up to the next document, so that nothing there can fail this one. Every `---` and `...` at the margin ends
 * a document, whatever it is in. A carriage return alone is a line break in
 * YAML 1.1, and so is U+0085.
 */
function firstDocument(text: string, only: boolean, fail: Fail): string {
  const lines = text.replace(/\r(?!\n)|\u0085/g, '\n')
  let begun = false
  for (const { 0: marker, index } of lines.matchAll(MARKER)) {
    if (!begun && isPrologue(lines.slice(0, index))) {
      if (marker === '...') fail('ends before it begins', index)
      begun = true
    } else {
      return only ? lines : lines.slice(0, index)
    }
  }
  return lines
}

/** Nothing but directives and comments. */
function isPrologue(text: string): boolean {
  return text.split('\n').every((line) => PROLOGUE.test(line.replace(/\r$/, '')))
}

async function compose(
  text: string,
  only: boolean,
  fail: Fail,
): Promise<Document.Parsed | undefined> {
  const { Composer, Lexer, Parser } = await import('yaml')
  const parser = new Parser()
  // go-yaml knows no schema here: every scalar stays text and is typed by resolvePlain.
  const composer = new Composer({
    schema: 'failsafe',
    version: '1.1',
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
  })
  let lexemes = 0
  let documents = 0
  let directives = 0
  let offset = 0
  let first: Document.Parsed | undefined
  const lex = function* () {
    for (const lexeme of new Lexer().lex(text)) {
      lexemes += 1
      offset += lexeme.length
      if (parser.stack.length > MAX_DEPTH || lexemes > MAX_LEXEMES) {
        fail('is nested too deeply or too large', Math.min(offset, text.length))
      }
      yield* parser.next(lexeme)
    }
    yield* parser.end()
  }
  for (const token of lex()) {
    if (token.type === 'document') documents += 1
    if (token.type === 'directive') directives += 1
    if (directives > MAX_DIRECTIVES) fail('has more directives than anybody needs', token.offset)
    if (only && (documents > 1 || (documents === 1 && token.type === 'error'))) {
      fail('is followed by more text', token.offset)
    }
    if (documents > 1) break
    for (const document of composer.next(token)) {
      if (!only) return document
      first = document
    }
    if (token.type === 'error') break
  }
  for (const document of composer.end(true, text.length)) return first ?? document
  return first
}

/** The package's own messages quote the text, so its codes are put into words here. */
function wordsFor(code: string): string {
  switch (code) {
    case 'TAB_AS_INDENT':
      return 'is indented with a tab, which YAML does not allow'
    case 'BAD_INDENT':
      return 'is indented wrongly'
    case 'BLOCK_AS_IMPLICIT_KEY':
    case 'MULTILINE_IMPLICIT_KEY':
    case 'MISSING_CHAR':
      return 'is not YAML: a quote, bracket, comma, colon or space is missing'
    default:
      return 'is not YAML'
  }
}
