'no function';
