-- Compressed images have an index of what they unpack to now: those that were found unsuited for being compressed are looked at again.
DELETE FROM "DeltaIndex" WHERE state = 'unsuited' AND error LIKE 'it is compressed with %';
