(* Every function of +1/-1 spins is one multilinear polynomial (58), (59).      *)
(* Main: walsh_orthogonal, walsh_complete, walsh_expansion, walsh_unique,       *)
(* hamiltonian_expansion.                                                       *)
From mathcomp Require Import all_ssreflect all_algebra ring.
From Blockspin Require Import Definitions Exponential.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section Walsh.
Variables (R : realFieldType) (I : finType).
Implicit Types (S T : {set I}) (s t : config I) (f : config I -> R) (c : {set I} -> R).

Lemma spin_sq b : spin R b * spin R b = 1.
Proof. by case: b; rewrite /= ?mulr1 // mulrNN mulr1. Qed.

Lemma walshE S s : walsh R S s = \prod_i (if i \in S then spin R (s i) else 1).
Proof. by rewrite /walsh big_mkcond. Qed.

Lemma pow2_neq0 n : (2 ^ n)%:R != 0 :> R.
Proof. by rewrite pnatr_eq0 -lt0n expn_gt0. Qed.

Theorem walsh_orthogonal S T :
  \sum_s walsh R S s * walsh R T s = (if S == T then (2 ^ #|I|)%:R else 0).
Proof.
rewrite (eq_bigr (fun s : config I => \prod_i ((if i \in S then spin R (s i) else 1)
                                  * (if i \in T then spin R (s i) else 1)))); last first.
  by move=> s _; rewrite !walshE big_split.
rewrite -(bigA_distr_bigA (fun i b => (if i \in S then spin R b else 1)
                                  * (if i \in T then spin R b else 1))) /=.
have one i : \sum_b (if i \in S then spin R b else 1) * (if i \in T then spin R b else 1)
           = if (i \in S) == (i \in T) then 2%:R else 0.
  rewrite sum_bool; case: (i \in S) (i \in T) => [] [] /=.
  - by rewrite mulr1 mulrNN mulr1.
  - by rewrite !mulr1 subrr.
  - by rewrite !mul1r subrr.
  - by rewrite mulr1.
rewrite (eq_bigr _ (fun i _ => one i)); case: eqP => [->|ST].
  rewrite (eq_bigr (fun=> 2%:R)) => [|i _]; last by rewrite eqxx.
  by rewrite prodr_const natrX.
case: (pickP (fun i => (i \in S) != (i \in T))) => [i ne|all].
  by rewrite (bigD1 i) //= (negbTE ne) mul0r.
by case: ST; apply/setP => i; apply/eqP; have /negbFE := all i.
Qed.

Theorem walsh_complete s t :
  \sum_(S : {set I}) walsh R S s * walsh R S t = (if s == t then (2 ^ #|I|)%:R else 0).
Proof.
have step : \prod_i (spin R (s i) * spin R (t i) + 1)
          = \sum_(S : {set I}) walsh R S s * walsh R S t.
  rewrite (eq_bigr (fun i => \sum_b (if b then spin R (s i) * spin R (t i) else 1))).
    rewrite bigA_distr_bigA [RHS](reindex (fun f : config I => [set i | f i])) /=.
      apply: eq_bigr => f _; rewrite !walshE -big_split /=; apply: eq_bigr => i _.
      by rewrite inE; case: (f i); rewrite ?mulr1.
    apply: onW_bij; exists (fun S : {set I} => [ffun i => i \in S]).
      by move=> f; apply/ffunP => i; rewrite ffunE inE.
    by move=> S; apply/setP => i; rewrite inE ffunE.
  by move=> i _; rewrite sum_bool.
rewrite -step; case: eqP => [->|st].
  rewrite (eq_bigr (fun=> 2%:R)) => [|i _]; last by rewrite spin_sq.
  by rewrite prodr_const natrX.
case: (pickP (fun i => s i != t i)) => [i ne|all].
  rewrite (bigD1 i) //= [X in X * _](_ : _ = 0) ?mul0r //.
  by move: ne; case: (s i) (t i) => [] [] //= _; rewrite ?mulr1 ?mul1r addNr.
by case: st; apply/ffunP => i; apply/eqP; have /negbFE := all i.
Qed.

(* (58): existence *)
Theorem walsh_expansion f s : f s = multilinear (walsh_coef f) s.
Proof.
rewrite /multilinear /walsh_coef.
rewrite (eq_bigr (fun S => \sum_t f t / (2 ^ #|I|)%:R * (walsh R S t * walsh R S s))).
  rewrite exchange_big /=.
  rewrite (eq_bigr (fun t => f t / (2 ^ #|I|)%:R * (if t == s then (2 ^ #|I|)%:R else 0))).
    rewrite (bigD1 s) //= eqxx divfK ?pow2_neq0 // big1 ?addr0 // => t /negbTE ->.
    by rewrite mulr0.
  by move=> t _; rewrite -mulr_sumr walsh_complete.
move=> S _; rewrite mulr_suml mulr_suml; apply: eq_bigr => t _.
by rewrite mulrA; congr (_ * _); rewrite mulrAC.
Qed.

(* (58): uniqueness *)
Theorem walsh_unique c f : (forall s, f s = multilinear c s) -> forall S, c S = walsh_coef f S.
Proof.
move=> fE S; rewrite /walsh_coef.
rewrite (eq_bigr (fun s : config I => \sum_T c T * (walsh R T s * walsh R S s))); last first.
  by move=> s _; rewrite fE /multilinear mulr_suml; apply: eq_bigr => T _; rewrite mulrA.
rewrite exchange_big /= (eq_bigr (fun T => c T * (if T == S then (2 ^ #|I|)%:R else 0))).
  rewrite (bigD1 S) //= eqxx big1 ?addr0 ?mulfK ?pow2_neq0 // => T /negbTE ->.
  by rewrite mulr0.
by move=> T _; rewrite -mulr_sumr walsh_orthogonal.
Qed.

(* With the signs of (58): H = - sum over non-empty S of K_S prod s, plus a      *)
(* constant, and the couplings K_S are unique.                                  *)
Theorem hamiltonian_expansion (H : config I -> R) :
  exists! K : {ffun {set I} -> R},
    forall s, H s = - (\sum_(S : {set I} | S != set0) K S * walsh R S s) + K set0.
Proof.
pose sgn S : R := if S == set0 then 1 else -1.
have sgn0 : sgn set0 = 1 by rewrite /sgn eqxx.
have sgnN S : S != set0 -> sgn S = -1 by rewrite /sgn => /negbTE ->.
have sgn2 S : sgn S * sgn S = 1.
  by rewrite /sgn; case: eqP; rewrite ?mulr1 // mulrNN mulr1.
have conv (K : {ffun {set I} -> R}) s :
  - (\sum_(S : {set I} | S != set0) K S * walsh R S s) + K set0
  = multilinear (fun S => sgn S * K S) s.
  have w0 : walsh R set0 s = 1 by rewrite /walsh big_set0.
  rewrite /multilinear [RHS](bigD1 set0) //= sgn0 mul1r w0 mulr1 addrC.
  congr (_ + _); rewrite -sumrN; apply: eq_bigr => S /sgnN ->.
  by rewrite mulN1r mulNr.
exists [ffun S => sgn S * walsh_coef H S]; split=> [s|K KE].
  rewrite conv [LHS]walsh_expansion; apply: eq_bigr => S _; rewrite ffunE mulrA.
  by rewrite sgn2 mul1r.
apply/ffunP => S; rewrite ffunE.
have := @walsh_unique (fun S => sgn S * K S) H (fun s => etrans (KE s) (conv K s)) S.
by move <-; rewrite mulrA sgn2 mul1r.
Qed.
End Walsh.
