package notify

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/sightglass/sightglass/internal/signing"
)

// errSealed means that a secret was sealed with another key, or for another subscription.
var errSealed = errors.New("its secret was sealed with another key: give it anew, or put back the file of the setting notify-key-file")

// sealer keeps secrets from who reads the database or a copy of it: AES-256-GCM, the nonce in front, the subscription's id beside it, so that no
// subscription takes another one's secret.
type sealer struct{ gcm cipher.AEAD }

func openSealer(path string) (sealer, error) {
	private, err := signing.Key(path)
	if err != nil {
		return sealer{}, err
	}
	key, err := hkdf.Key(sha256.New, private.Seed(), nil, "sightglass/notify/v1", 32)
	if err != nil {
		return sealer{}, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return sealer{}, err
	}
	gcm, err := cipher.NewGCM(block)
	return sealer{gcm}, err
}

func (s sealer) close(id, secret string) string {
	if secret == "" {
		return ""
	}
	nonce := make([]byte, s.gcm.NonceSize())
	_, _ = rand.Read(nonce) // it never fails
	return base64.RawStdEncoding.EncodeToString(s.gcm.Seal(nonce, nonce, []byte(secret), []byte(id)))
}

func (s sealer) open(id, sealed string) (string, error) {
	if sealed == "" {
		return "", nil
	}
	raw, err := base64.RawStdEncoding.DecodeString(sealed)
	if err != nil || len(raw) < s.gcm.NonceSize() {
		return "", errSealed
	}
	text, err := s.gcm.Open(nil, raw[:s.gcm.NonceSize()], raw[s.gcm.NonceSize():], []byte(id))
	if err != nil {
		return "", errSealed
	}
	return string(text), nil
}

// secret is that of a subscription as it is now.
func (k *Keeper) secret(s *Subscription) (string, error) {
	path := s.Target.SecretFile
	if path == "" {
		return k.seal.open(s.ID, s.sealed)
	}
	info, err := os.Stat(path)
	if err != nil {
		return "", fmt.Errorf("reading its secret file: %w", err)
	}
	if !info.Mode().IsRegular() || info.Size() > 2*maxSecret {
		return "", fmt.Errorf("its secret file %s is no file of at most %d bytes", path, 2*maxSecret)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("reading its secret file: %w", err)
	}
	text := strings.TrimSpace(string(raw))
	if s.Target.Kind == Webhook && len(text) < minSecret {
		return "", fmt.Errorf("its secret file %s holds fewer than %d characters", path, minSecret)
	}
	if s.Target.Kind == Slack {
		if err := addressed(text); err != nil {
			return "", fmt.Errorf("its secret file %s: %w", path, err)
		}
	}
	return text, nil
}
