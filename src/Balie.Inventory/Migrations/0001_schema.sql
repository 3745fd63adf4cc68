create schema inventory;
