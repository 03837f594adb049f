package main

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"

	"k8s.io/client-go/tools/clientcmd"
)

// question is one line of -serve: what a process of its own would have been started with.
type question struct {
	Cwd  string            `json:"cwd"`
	Env  map[string]string `json:"env"`
	Args []string          `json:"args"`
}

// serve answers one question after the other, each in the order it came.
func serve(from io.Reader, to *json.Encoder) error {
	questions := json.NewDecoder(from)
	for {
		var next question
		if err := questions.Decode(&next); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if err := become(next); err != nil {
			return err
		}
		result, err := answer(next.Args)
		if err != nil {
			return err
		}
		if err := to.Encode(result); err != nil {
			return err
		}
	}
}

// become gives this process the folder and the environment that the question wants.
func become(next question) error {
	if err := os.Chdir(next.Cwd); err != nil {
		return err
	}
	os.Clearenv()
	for name, value := range next.Env {
		if err := os.Setenv(name, value); err != nil {
			return err
		}
	}
	// client-go looks the home folder up once, when the program starts.
	clientcmd.RecommendedConfigDir = filepath.Join(next.Env["HOME"], clientcmd.RecommendedHomeDir)
	clientcmd.RecommendedHomeFile = filepath.Join(clientcmd.RecommendedConfigDir, clientcmd.RecommendedFileName)
	return nil
}
