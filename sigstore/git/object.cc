#include "sigstore/git/object.h"
