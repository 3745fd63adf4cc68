create schema ticketing;
