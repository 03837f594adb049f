package main

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

const largest = 1<<53 - 1

// statusOf makes an outcome of a JSON object: P-6.2 to P-6.5.
func statusOf(text []byte) object {
	broken := object{"violation": "status"}
	var status object
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber() // a number may be larger than any of Go's
	if !utf8.Valid(text) || decoder.Decode(&status) != nil {
		return broken
	}
	if _, err := decoder.Token(); err != io.EOF {
		return broken
	}
	word, _ := status["status"].(string)
	reason, _ := status["reason"].(string)
	if word == "Success" {
		return object{"exit": 0}
	}
	if word != "Failure" || reason != "NonZeroExitCode" {
		if message, is := status["message"].(string); is {
			return object{"failure": message}
		}
		return object{"failure": nil}
	}
	details, _ := status["details"].(object)
	causes, _ := details["causes"].([]any)
	for _, one := range causes {
		cause, _ := one.(object)
		if cause["reason"] != "ExitCode" {
			continue
		}
		code, _ := cause["message"].(string)
		if exitCode.MatchString(code) {
			if number, err := strconv.ParseInt(code, 10, 64); err == nil && number != 0 && number >= -largest && number <= largest {
				return object{"exit": number}
			}
		}
		return broken
	}
	return broken
}

var exitCode = regexp.MustCompile(`^-?[0-9]{1,16}$`)

const nonZero = `^command terminated with non-zero exit code: `

var exitTexts = []*regexp.Regexp{
	regexp.MustCompile(`(?s)` + nonZero + `error executing command \[.*\], exit code ([0-9]+)$`),
	regexp.MustCompile(nonZero + `exit status ([0-9]+)$`),
	regexp.MustCompile(nonZero + `Error executing in Docker Container: ([0-9]+)$`),
}

// textOf makes an outcome of a v1 text: P-6.9.
func textOf(text []byte) object {
	message := strings.ToValidUTF8(string(text), "\ufffd")
	for _, pattern := range exitTexts {
		match := pattern.FindStringSubmatch(message)
		if match == nil {
			continue
		}
		if code, err := strconv.ParseInt(match[1], 10, 64); err == nil && code != 0 && code <= largest {
			return object{"exit": code}
		}
	}
	return object{"failure": message}
}

// endOfObject finds the end of the object that text begins with: P-6.1. Without an end it is -1; ok is false when what
// is there does not begin an object.
func endOfObject(text []byte) (end int, ok bool) {
	depth, inString, escaped := 0, false, false
	for i, character := range text {
		switch {
		case escaped:
			escaped = false
		case inString:
			escaped = character == '\\'
			inString = character != '"'
		case character == '{':
			depth++
		case depth == 0:
			if !bytes.ContainsRune([]byte(" \t\r\n"), rune(character)) {
				return -1, false
			}
		case character == '"':
			inString = true
		case character == '}':
			if depth--; depth == 0 {
				return i + 1, true
			}
		}
	}
	return -1, true
}

type sessionState struct {
	subprotocol string
	status      []byte
	settled     bool // an exit or a failure is known
	broken      bool
}

// take gives the event of one step, or nil.
func (s *sessionState) take(m message) object {
	if s.broken {
		return nil
	}
	if m.Lost || m.Close != nil {
		return s.end(m)
	}
	channel, payload, violation := read(s.subprotocol, m)
	if violation != "" {
		return s.settle(object{"violation": violation})
	}
	if len(payload) == 0 {
		return nil
	}
	switch channel {
	case 1:
		return object{"stdout": hex.EncodeToString(payload)}
	case 2:
		return object{"stderr": hex.EncodeToString(payload)}
	case 3:
		if s.settled {
			return nil
		}
		s.status = append(s.status, payload...)
		if !hasJSONStatus(s.subprotocol) {
			return nil
		}
		end, ok := endOfObject(s.status)
		if !ok {
			return s.settle(object{"violation": "status"})
		}
		if end >= 0 {
			return s.settle(statusOf(s.status[:end]))
		}
	}
	return nil
}

// end follows P-7.2, P-7.3 and P-7.6.
func (s *sessionState) end(m message) object {
	if s.settled {
		return nil
	}
	normal := m.Close != nil && m.Close[0] == float64(1000)
	switch {
	case len(s.status) > 0 && !hasJSONStatus(s.subprotocol):
		return s.settle(textOf(s.status))
	case len(s.status) > 0 && normal:
		return s.settle(object{"violation": "status"})
	case !hasJSONStatus(s.subprotocol) && len(s.status) == 0 && normal && m.Close[1] == "":
		return s.settle(object{"exit": 0})
	}
	return object{"unknown": true}
}

// settle follows P-7.4 and P-7.9: the first result stands, and a violation ends everything.
func (s *sessionState) settle(result object) object {
	if s.settled {
		return nil
	}
	s.settled = true
	_, s.broken = result["violation"]
	return result
}

type sessionInput struct {
	Subprotocol string
	Steps       []message
}

func eventsOf(input sessionInput) []object {
	state := sessionState{subprotocol: input.Subprotocol}
	events := []object{}
	for step, m := range input.Steps {
		if event := state.take(m); event != nil {
			event["step"] = step
			events = append(events, event)
		}
	}
	return events
}

func session(input sessionInput) any { return object{"events": eventsOf(input)} }

func recording(input sessionInput) any {
	result := object{"stdout": "", "stderr": ""}
	for _, event := range eventsOf(input) {
		for name, value := range event {
			switch name {
			case "stdout", "stderr":
				result[name] = result[name].(string) + value.(string)
			case "step":
			default:
				result[name] = value
			}
		}
	}
	return result
}

// status is a session in which nothing but a status comes.
func status(input struct {
	Format string
	Text   *string
	Hex    string
}) any {
	payload := bytesOf(input.Hex)
	if input.Text != nil {
		payload = []byte(*input.Text)
	}
	subprotocol := map[string]string{"json": v4, "text": v1}[input.Format]
	sent := "03" + hex.EncodeToString(payload)
	steps := []message{{Binary: &sent}, {Close: []any{float64(1000), ""}}}
	event := eventsOf(sessionInput{subprotocol, steps})[0]
	delete(event, "step")
	return event
}
