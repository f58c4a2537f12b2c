package server

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"os"

	"github.com/sightglass/sightglass/internal/folder"
)

// Names of the token files below the data folder.
const (
	tokenFile      = "token"
	agentTokenFile = "agent-token"
)

// minToken is the least length of a token that somebody chose: shorter ones can be guessed.
const minToken = 16

// loadToken reads the token in path; with create it makes one when the file is not there.
func loadToken(path string, create bool) (string, error) {
	raw, err := os.ReadFile(path)
	switch {
	case os.IsNotExist(err) && create:
		token := "sg_" + rand.Text() + rand.Text()[:10]
		if err := folder.WriteFile(path, []byte(token+"\n")); err != nil {
			return "", fmt.Errorf("writing a token to %s: %w", path, err)
		}
		return token, nil
	case err != nil:
		return "", fmt.Errorf("reading the token: %w", err)
	}
	token := string(bytes.TrimSpace(raw))
	if len(token) < minToken {
		return "", fmt.Errorf("token in %s is shorter than %d characters", path, minToken)
	}
	return token, nil
}
