-- What a cart holds may change until it is confirmed: its items are written anew, in the transaction that locks their booking.
grant delete on ticketing.booking_items to balie_app, balie_system;
