#!/usr/bin/env node
// The command `keytrail` in the image (infra/deploy/Dockerfile): Node and the dependencies are of the image,
// so nothing is set up, and the process that gets the signals is the program itself.

import '../../services/cli/main.ts'
