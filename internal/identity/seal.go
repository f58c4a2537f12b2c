package identity

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
)

// errSealed means that a text was not sealed with this key, or changed since.
var errSealed = errors.New("not sealed with this key")

// sealer keeps texts secret and unchanged: AES-256-GCM under a key of 32 bytes; the nonce is random and stands in front.
func sealer(key []byte) cipher.AEAD {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // the key is 32 bytes long
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		panic(err) // AES has blocks of the right size
	}
	return gcm
}

func sealWith(key, text []byte) []byte {
	gcm := sealer(key)
	nonce := make([]byte, gcm.NonceSize(), gcm.NonceSize()+len(text)+gcm.Overhead())
	_, _ = rand.Read(nonce) // it never fails
	return gcm.Seal(nonce, nonce, text, nil)
}

func openWith(key, sealed []byte) ([]byte, error) {
	gcm := sealer(key)
	if len(sealed) < gcm.NonceSize() {
		return nil, errSealed
	}
	text, err := gcm.Open(nil, sealed[:gcm.NonceSize()], sealed[gcm.NonceSize():], nil)
	if err != nil {
		return nil, errSealed
	}
	return text, nil
}

// key is a key that only the session's cookie gives: what is sealed with it opens while its owner is there, and to nobody else.
func (id sessionID) key() []byte {
	key, err := hkdf.Key(sha256.New, id[:], nil, "sightglass/refresh/v1", 32)
	if err != nil {
		panic(err) // 32 bytes are within its bounds
	}
	return key
}

func (id sessionID) seal(text string) []byte { return sealWith(id.key(), []byte(text)) }

func (id sessionID) open(sealed []byte) (string, error) {
	text, err := openWith(id.key(), sealed)
	return string(text), err
}
