'use strict';

const x = = 1;
