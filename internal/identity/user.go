package identity

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/sightglass/sightglass/internal/folder"
)

// Errors that callers decide on.
var (
	ErrUserExists = errors.New("this name is taken")
	ErrNoUser     = errors.New("nobody has this name")
	ErrUserName   = errors.New("a name has 1 to 64 small letters, digits, dots, dashes and underscores, and begins with a letter or a digit")
	ErrNoRole     = errors.New("a user needs a role")
)

// UsersFile is the file of local users below the data folder.
const UsersFile = "users.json"

// maxUsersFile bounds what is read.
const maxUsersFile = 16 << 20

// User is somebody who logs in by name and password.
type User struct {
	Name    string    `json:"name"`
	Account string    `json:"account"` // random: who comes later under the same name is somebody else
	Roles   []string  `json:"roles"`
	Hash    string    `json:"password"` // argon2id, with its parameters
	Changed time.Time `json:"changed"`  // the password
}

// Users are the local users of a file, which programs on this machine may change while the server runs. Safe for concurrent use.
type Users struct {
	path string
	cost cost
	now  func() time.Time

	mu   sync.Mutex
	seen fs.FileInfo // of the file that list was read from; nil = there was none
	list []User
}

// OpenUsers names the file. It is read when it is asked for, and need not be there.
func OpenUsers(path string) *Users { return &Users{path: path, cost: ofNow, now: time.Now} }

// List is all users, by name.
func (u *Users) List() ([]User, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if err := u.look(); err != nil {
		return nil, err
	}
	return slices.Clone(u.list), nil
}

// find gives one user. ErrNoUser.
func (u *Users) find(name string) (User, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if err := u.look(); err != nil {
		return User{}, err
	}
	if i := slices.IndexFunc(u.list, func(x User) bool { return x.Name == name }); i >= 0 {
		return u.list[i], nil
	}
	return User{}, ErrNoUser
}

// look reads the file when it is another one than was read before. Writers put a new file in the place of the old, so that a second change
// within one tick of the file system's clock is seen as well.
func (u *Users) look() error {
	info, err := os.Stat(u.path)
	if errors.Is(err, fs.ErrNotExist) {
		u.seen, u.list = nil, nil
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading the users: %w", err)
	}
	if u.seen != nil && os.SameFile(u.seen, info) && u.seen.ModTime().Equal(info.ModTime()) && u.seen.Size() == info.Size() {
		return nil
	}
	list, err := readUsers(u.path)
	if err != nil {
		return err
	}
	u.seen, u.list = info, list
	return nil
}

// usersDocument is the file's form.
type usersDocument struct {
	Version int    `json:"version"`
	Users   []User `json:"users"`
}

func readUsers(path string) ([]User, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading the users: %w", err)
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, maxUsersFile+1))
	if err != nil {
		return nil, fmt.Errorf("reading the users: %w", err)
	}
	if len(raw) > maxUsersFile {
		return nil, fmt.Errorf("reading the users: %s is longer than %d bytes", path, maxUsersFile)
	}
	var d usersDocument
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&d); err != nil || d.Version != 1 {
		return nil, fmt.Errorf("reading the users: %s is not a file of users of version 1: restore it, or remove it and add the users again", path)
	}
	for i, x := range d.Users {
		if checkName(x.Name) != nil || x.Account == "" || i > 0 && d.Users[i-1].Name >= x.Name {
			return nil, fmt.Errorf("reading the users: entry %d of %s is broken: sightglass user writes this file", i+1, path)
		}
	}
	return d.Users, nil
}

// Add adds a user. ErrUserExists, ErrUserName, ErrNoRole, ErrPassword.
func (u *Users) Add(name, password string, roles []string) error {
	return u.add(name, password, roles, false)
}

// addFirst is Add where nobody is there yet. ErrUserExists when somebody is.
func (u *Users) addFirst(name, password string, roles []string) error {
	return u.add(name, password, roles, true)
}

func (u *Users) add(name, password string, roles []string, first bool) error {
	if err := checkName(name); err != nil {
		return err
	}
	if len(roles) == 0 || slices.Contains(roles, "") {
		return ErrNoRole
	}
	hash, err := hashPassword(password, u.cost)
	if err != nil {
		return err
	}
	return u.change(func(list []User) ([]User, error) {
		if first && len(list) > 0 {
			return nil, ErrUserExists
		}
		at, taken := slices.BinarySearchFunc(list, name, func(x User, name string) int { return strings.Compare(x.Name, name) })
		if taken {
			return nil, ErrUserExists
		}
		return slices.Insert(list, at, User{Name: name, Account: rand.Text(), Roles: slices.Clone(roles), Hash: hash, Changed: u.now().UTC()}), nil
	})
}

// SetPassword gives a user another password, which ends the sessions of the user. ErrNoUser, ErrPassword.
func (u *Users) SetPassword(name, password string) error {
	hash, err := hashPassword(password, u.cost)
	if err != nil {
		return err
	}
	return u.change(func(list []User) ([]User, error) {
		for i := range list {
			if list[i].Name == name {
				list[i].Hash, list[i].Changed = hash, u.now().UTC()
				return list, nil
			}
		}
		return nil, ErrNoUser
	})
}

// Remove takes a user away, and with them their sessions and tokens. ErrNoUser.
func (u *Users) Remove(name string) error {
	return u.change(func(list []User) ([]User, error) {
		rest := slices.DeleteFunc(list, func(x User) bool { return x.Name == name })
		if len(rest) == len(list) {
			return nil, ErrNoUser
		}
		return rest, nil
	})
}

// change writes another list: one program at a time, from what is in the file now.
func (u *Users) change(to func([]User) ([]User, error)) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	lock, err := os.OpenFile(u.path+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("changing the users: %w", err)
	}
	defer lock.Close() // which gives the lock back
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return fmt.Errorf("changing the users: locking: %w", err)
	}
	if err := u.look(); err != nil {
		return err
	}
	list, err := to(slices.Clone(u.list))
	if err != nil {
		return err
	}
	if list == nil {
		list = []User{}
	}
	raw, err := json.MarshalIndent(usersDocument{Version: 1, Users: list}, "", "  ")
	if err != nil {
		return fmt.Errorf("changing the users: %w", err)
	}
	if err := replaceFile(u.path, append(raw, '\n')); err != nil {
		return fmt.Errorf("changing the users: %w", err)
	}
	return nil
}

// replaceFile writes a file that only its owner may read: whole, or not at all. What root writes belongs to the folder's owner, so that a
// server that runs as somebody else can read what an administrator changed.
func replaceFile(path string, content []byte) error {
	f, err := folder.NewFile(path)
	if err != nil {
		return err
	}
	defer f.Discard()
	if os.Geteuid() == 0 {
		if dir, err := os.Stat(filepath.Dir(path)); err == nil {
			if of, ok := dir.Sys().(*syscall.Stat_t); ok {
				if err := errors.Join(f.Chown(int(of.Uid), int(of.Gid)), os.Chown(path+".lock", int(of.Uid), int(of.Gid))); err != nil {
					return err
				}
			}
		}
	}
	if _, err := f.Write(content); err != nil {
		return err
	}
	return f.Commit()
}

func checkName(name string) error {
	if name == "" || len(name) > 64 {
		return ErrUserName
	}
	for i, c := range []byte(name) {
		plain := c >= 'a' && c <= 'z' || c >= '0' && c <= '9'
		if !plain && (i == 0 || c != '.' && c != '-' && c != '_') {
			return ErrUserName
		}
	}
	return nil
}
