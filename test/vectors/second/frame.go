package main

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"unicode/utf8"
)

// message is a WebSocket message, or the end of a connection.
type message struct {
	Binary *string
	Text   *string
	Close  []any
	Lost   bool
}

func isBase64(subprotocol string) bool { return subprotocol == base64V4 || subprotocol == base64V1 }

func hasJSONStatus(subprotocol string) bool {
	return subprotocol == v5 || subprotocol == v4 || subprotocol == base64V4
}

func bytesOf(text string) []byte {
	bytes, err := hex.DecodeString(text)
	if err != nil {
		panic(fmt.Sprintf("%q is not hexadecimal", text))
	}
	return bytes
}

// encode follows P-3.2 and P-3.3.
func encode(input struct {
	Subprotocol string
	Channel     int
	Payload     string
}) any {
	if input.Channel < 0 || input.Channel > 255 {
		return object{"error": true}
	}
	payload := bytesOf(input.Payload)
	if !isBase64(input.Subprotocol) {
		return object{"message": object{"binary": fmt.Sprintf("%02x%x", input.Channel, payload)}}
	}
	character := string(rune(byte(input.Channel) + '0'))
	return object{"message": object{"text": character + base64.StdEncoding.EncodeToString(payload)}}
}

// read follows P-3.2 to P-3.5. The channel is -1 for a message without any byte.
func read(subprotocol string, m message) (channel int, payload []byte, violation string) {
	if m.Text != nil && *m.Text == "" || m.Binary != nil && *m.Binary == "" {
		return -1, nil, ""
	}
	if !isBase64(subprotocol) {
		if m.Text != nil {
			return 0, nil, "text message"
		}
		bytes := bytesOf(*m.Binary)
		return int(bytes[0]), bytes[1:], ""
	}
	if m.Text == nil {
		return 0, nil, "binary message"
	}
	character, width := utf8.DecodeRuneInString(*m.Text)
	// Go's decoder skips CR and LF, and nothing else.
	payload, err := base64.StdEncoding.DecodeString((*m.Text)[width:])
	if err != nil || character > 255 {
		return 0, nil, "base64"
	}
	return int(byte(character) - '0'), payload, ""
}

func decode(input struct {
	Subprotocol string
	Message     message
}) any {
	channel, payload, violation := read(input.Subprotocol, input.Message)
	switch {
	case violation != "":
		return object{"violation": violation}
	case channel < 0:
		return object{"ignored": true}
	}
	return object{"channel": channel, "payload": hex.EncodeToString(payload)}
}

// closeChannel follows P-4.2 to P-4.4.
func closeChannel(input struct {
	Subprotocol string
	Channel     int
}) any {
	if input.Subprotocol != v5 || input.Channel < 0 || input.Channel > 4 {
		return object{"error": true}
	}
	return object{"message": object{"binary": fmt.Sprintf("ff%02x", input.Channel)}}
}

// resize follows P-5.1 and P-5.2.
func resize(input struct{ Columns, Rows float64 }) any {
	for _, side := range []float64{input.Columns, input.Rows} {
		if side != float64(int(side)) || side < 1 || side > 65535 {
			return object{"error": true}
		}
	}
	return object{"size": object{"Width": int(input.Columns), "Height": int(input.Rows)}}
}
